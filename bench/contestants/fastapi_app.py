"""FastAPI and asyncpg as its users would write it for speed: a pydantic model, one SELECT for the token, one INSERT.

uvicorn serves it with uvloop and httptools. asyncpg prepares each statement once a connection by itself.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
from fastapi import FastAPI, Header, HTTPException
from pydantic import create_model

from bench.contestants.table import COLUMNS, JSON_COLUMNS, TEXT_COLUMNS, insert

POOL = 16
INSERT = insert([f"${number}" for number in range(1, len(COLUMNS) + 1)]) + " RETURNING id"
EMPTY = ["{}"] * len(JSON_COLUMNS)

LeadIn = create_model("LeadIn", **dict.fromkeys(TEXT_COLUMNS, (str, "")))
pool: asyncpg.Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    global pool
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=POOL, max_size=POOL) as pool:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/leads", status_code=201)
async def create(lead: LeadIn, authorization: Annotated[str, Header()]) -> dict[str, int]:
    async with pool.acquire() as connection:
        user = await connection.fetchval("SELECT user_id FROM token WHERE key = $1", authorization[len("Bearer ") :])
        if user is None:
            raise HTTPException(401)
        values = lead.__dict__
        return {"id": await connection.fetchval(INSERT, *(values[name] for name in TEXT_COLUMNS), *EMPTY)}
