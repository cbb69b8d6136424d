FROM python:3.13-slim@sha256:8d9d0b8bcf6506481eae4907c18f5e3e7902e629f5f6d684f9e7c32e85e3ddf0 AS build
COPY requirements.lock .
# Wheels only: the image has no compiler, and no build may run code without a hash.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock

FROM python:3.13-slim@sha256:8d9d0b8bcf6506481eae4907c18f5e3e7902e629f5f6d684f9e7c32e85e3ddf0
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/leaderboard.db \
    HEALTH_PORT=8080
# A numeric user lets an orchestrator see that it is not root.
RUN install --directory --owner 10001 --group 10001 /data
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY LICENSE alembic.ini ./
COPY migrations migrations
COPY bot bot
USER 10001:10001
# The bot writes nothing else, so the root file system can be read-only.
VOLUME /data
HEALTHCHECK --interval=60s --timeout=15s --start-period=60s CMD ["python", "-m", "bot", "health"]
ENTRYPOINT ["python", "-m", "bot"]
# No restart policy of Docker's looks at the exit code, so a bot whose token is refused stays, unhealthy.
CMD ["run", "--stay-if-refused"]
