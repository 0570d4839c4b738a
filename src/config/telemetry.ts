import { z } from 'zod';
import { headerCredentialGuard } from './credential.js';
import { safeUrlGuard } from './safe-url.js';

export const telemetryGuard = z.strictObject({
  metrics: z
    .strictObject({
      host: z.string().min(1).max(253).default('127.0.0.1').describe('Address to listen on.'),
      port: z.int().min(0).max(65_535).describe('Port to listen on.'),
    })
    .nullable()
    .default(null)
    .describe('Prometheus metrics at `/metrics` of a separate address. `null`: off.'),
  traces: z
    .strictObject({
      url: safeUrlGuard.describe('Address of the OTLP receiver.'),
      authorization: headerCredentialGuard.nullable().default(null).describe('Secret. Sent as `Authorization`.'),
      sampleRatio: z.number().min(0).max(1).default(0.1).describe('Share of requests that are traced.'),
    })
    .nullable()
    .default(null)
    .describe('OpenTelemetry traces by OTLP over HTTP. `null`: off.'),
});

export type TelemetryConfig = z.output<typeof telemetryGuard>;
