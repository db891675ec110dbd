"""The database's clock: the one clock that all processes share."""

from tortoise.connection import get_connection

QUERIES = {
    "sqlite": "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS ms",
    "mysql": "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS ms",
    "postgres": "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS ms",
}


async def now_ms() -> int:
    """Milliseconds since 1970 in UTC."""
    connection = get_connection("default")
    _, rows = await connection.execute_query(QUERIES[connection.capabilities.dialect])
    return int(rows[0]["ms"])
