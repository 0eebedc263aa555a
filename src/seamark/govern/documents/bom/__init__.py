"""Bills of materials: one document model, and its readers and writers.

``assemble`` makes a :class:`~seamark.govern.documents.bom.model.Bom` of what the scans found,
``reading`` one of a file that any tool wrote; ``cyclonedx``, ``spdx`` and ``openvex`` write it,
``compare`` and ``score`` judge it. Identical input gives identical bytes.
"""
