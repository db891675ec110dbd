-- For a database without NEURO-LEARN only: its two tables, as its Django migrations make them. Where
-- NEURO-LEARN is, they are its own, and SGN_DATABASE_URL names its database.
CREATE TABLE `backend_submissions` (
    `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
    `task_id` varchar(32) NOT NULL UNIQUE,
    `proj_id` varchar(32) NOT NULL,
    `task_name` varchar(64) NOT NULL,
    `task_type` varchar(16) NOT NULL,
    `task_config` varchar(4096) NOT NULL,
    `task_status` varchar(16) NOT NULL,
    `task_result` longtext NOT NULL
) CHARACTER SET utf8mb4;

CREATE TABLE `backend_datasets` (
    `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
    `data_id` varchar(32) NOT NULL UNIQUE,
    `proj_id` varchar(32) NOT NULL,
    `data_name` varchar(64) NOT NULL UNIQUE,
    `data_cont` longtext NOT NULL,
    `user_id` varchar(32) NOT NULL,
    `hdfs_path` varchar(256) NOT NULL
) CHARACTER SET utf8mb4;
