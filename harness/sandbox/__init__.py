"""CPython in WebAssembly: code of unknown origin runs here, and its verdict is reached where it cannot follow."""
