"""The use cases; they await what policies decided, and reach the world through ports alone."""
