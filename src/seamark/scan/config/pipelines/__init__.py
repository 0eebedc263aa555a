"""Pipelines and what guards them: GitHub Actions, GitLab CI, exported branch protection."""
