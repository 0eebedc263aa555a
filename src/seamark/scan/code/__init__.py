"""Code of AI projects: Python, notebooks and Markdown, read as syntax trees and never imported."""
