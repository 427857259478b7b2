# The chips here are listed by the ports that use them.
