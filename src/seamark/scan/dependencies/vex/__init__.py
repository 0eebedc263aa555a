"""VEX: what somebody found out about known vulnerabilities in this system, read and applied.

``model`` has the statements, ``openvex`` and ``cyclonedx`` read documents, ``applying`` suppresses
findings by them: counted, with source and reason, never silently.
"""
