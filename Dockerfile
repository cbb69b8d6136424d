FROM python:3.13-slim AS build
COPY requirements.lock .
# Wheels only: the image has no compiler, and nothing of the build may run unhashed.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock

FROM python:3.13-slim
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/leaderboard.db
# A number, so that an orchestrator can see that it is not root.
RUN install --directory --owner 10001 --group 10001 /data
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY alembic.ini ./
COPY migrations migrations
COPY bot bot
USER 10001:10001
# All that is written: the root file system can be read-only.
VOLUME /data
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
