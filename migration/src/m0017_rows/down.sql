DROP TRIGGER users_guard_tier ON users;
DROP FUNCTION public.guard_tier();
DROP TRIGGER users_owner ON users;
