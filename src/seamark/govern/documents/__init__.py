"""Documents in standard form: bills of materials and statements about vulnerabilities."""
