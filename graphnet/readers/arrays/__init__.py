"""Arrays of NumPy and MATLAB: what their axes and names mean."""
