"""The database server: connections, transactions, limits, errors, migrations, its clock."""
