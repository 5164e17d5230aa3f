"""What the compiler knows of backends: protocol, registry, source trees, toolchain, run control."""
