"""For pytest: `deploy_with_psql` copies the database that TRADELATCH_MUTANT names, where that is on the same server."""

import os

import psycopg
import tradelatch.deployment
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

deploy = tradelatch.deployment.deploy_with_psql


def copy_mutant(dsn: str) -> None:
    server, mutants = (conninfo_to_dict(each) for each in (dsn, os.environ["TRADELATCH_TEST_DSN"]))
    if (server["host"], server["port"]) != (mutants["host"], mutants["port"]):
        deploy(dsn)  # a cluster that a test made for itself, and that is kept for others
        return
    name = str(server["dbname"])
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as connection:
        connection.execute(SQL("drop database {}").format(Identifier(name)))
        mutant = Identifier(os.environ["TRADELATCH_MUTANT"])
        connection.execute(SQL("create database {} template {}").format(Identifier(name), mutant))


tradelatch.deployment.deploy_with_psql = copy_mutant
