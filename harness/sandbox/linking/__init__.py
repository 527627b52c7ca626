"""The component's core modules linked into one, so that an instance has nothing to link."""
