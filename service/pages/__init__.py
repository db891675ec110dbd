"""The pages that people see: server-rendered HTML over what the API's own functions give."""
