"""conda: environments, locks, installed packages."""
