DROP FUNCTION public.ensure_activity_partitions(integer);
DROP TABLE agent_memory;
DROP SCHEMA partitions;
