"""Close weeks, preview that, and take it back."""
