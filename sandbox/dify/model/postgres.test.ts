import { describe, expect, it } from 'vitest';
import { worldNamed } from '../testing/trial.ts';
import { Faults } from './faults.ts';
import { type CheckoutFailure, ConnectionPool, PostgresServer } from './postgres.ts';
import { Scheduler } from './scheduler.ts';

function setUp(change: { maxConnections?: number; otherConnections?: number } = {}) {
  const scheduler = new Scheduler();
  const { postgres } = worldNamed('comfortable');
  const server = new PostgresServer(
    { ...postgres, otherConnections: 0, ...change },
    new Faults(scheduler, []),
  );
  const newPool = (poolSize = 2, maxOverflow = 1) =>
    new ConnectionPool(server, scheduler, { poolSize, maxOverflow, poolTimeoutSeconds: 30 });
  return { scheduler, server, newPool };
}

/** The outcomes of some checkouts at once; undefined while one waits. */
function checkOut(pool: ConnectionPool, times: number): (CheckoutFailure | undefined)[] {
  const outcomes: (CheckoutFailure | undefined)[] = new Array(times).fill(undefined);
  for (let index = 0; index < times; index++) {
    pool.checkOut()((failure) => {
      outcomes[index] = failure;
    });
  }
  return outcomes;
}

describe('ConnectionPool', () => {
  it('opens connections up to pool and overflow, then lets the next one wait for one that comes back', () => {
    const { server, newPool } = setUp();
    const pool = newPool();
    const outcomes = checkOut(pool, 4);
    expect(outcomes).toEqual([null, null, null, undefined]);
    expect(server.openConnections).toBe(3);
    pool.checkIn();
    expect(outcomes).toEqual([null, null, null, null]);
    expect(server.openConnections).toBe(3);
  });

  it('keeps the pool open and closes the overflow when connections come back', () => {
    const { server, newPool } = setUp();
    const pool = newPool();
    checkOut(pool, 3);
    for (let times = 0; times < 3; times++) pool.checkIn();
    expect(server.openConnections).toBe(2);
    expect({ in: pool.checkedIn, out: pool.checkedOut }).toEqual({ in: 2, out: 0 });
  });

  it('gives up after the pool timeout', () => {
    const { scheduler, newPool } = setUp();
    const outcomes = checkOut(newPool(1, 0), 2);
    scheduler.advanceTo(29_999);
    expect(outcomes).toEqual([null, undefined]);
    scheduler.advanceTo(30_001);
    expect(outcomes).toEqual([null, 'pool-timeout']);
  });

  it('is refused once all pools and others hold max_connections together', () => {
    const { server, newPool } = setUp({ maxConnections: 5, otherConnections: 2 });
    expect(checkOut(newPool(), 2)).toEqual([null, null]);
    expect(checkOut(newPool(), 2)).toEqual([null, 'too-many-clients']);
    expect(server.refusedConnections).toBe(1);
  });

  it('frees its connections with its process, and nothing twice', () => {
    const { server, newPool } = setUp();
    const pool = newPool();
    checkOut(pool, 2);
    pool.close();
    pool.checkIn();
    pool.close();
    expect(server.openConnections).toBe(0);
  });
});
