-- The floor: four durable bare inserts, four commits. Nothing that survives a crash costs less.
\set number random(1, 1000000000)
insert into public.bare_insert (number) values (:number);
insert into public.bare_insert (number) values (:number);
insert into public.bare_insert (number) values (:number);
insert into public.bare_insert (number) values (:number);
