"""For pytest: `deploy_with_psql` makes a copy of the database that TRADELATCH_MUTANT names."""

import os

import psycopg
import tradelatch.deployment
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier


def copy_mutant(dsn: str) -> None:
    name = str(conninfo_to_dict(dsn)["dbname"])
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as connection:
        connection.execute(SQL("drop database {}").format(Identifier(name)))
        mutant = Identifier(os.environ["TRADELATCH_MUTANT"])
        connection.execute(SQL("create database {} template {}").format(Identifier(name), mutant))


tradelatch.deployment.deploy_with_psql = copy_mutant
