"""The database's clock: the one clock that all processes share."""

from tortoise.connection import get_connection

QUERIES = {
    "sqlite": "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS ms",
    # Not by NOW(), which has one hour twice when summer time ends.
    "mysql": "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000 AS ms",
    "postgres": "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS ms",
}


async def now_ms() -> int:
    """Milliseconds since 1970 in UTC."""
    connection = get_connection("default")
    _, rows = await connection.execute_query(QUERIES[connection.capabilities.dialect])
    return int(rows[0]["ms"])
