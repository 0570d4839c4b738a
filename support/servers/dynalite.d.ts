declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A server that speaks the protocol of DynamoDB and holds its items in memory. */
  export default function dynalite(options: { createTableMs: number; deleteTableMs: number }): Server;
}
