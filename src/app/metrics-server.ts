import { collectDefaultMetrics } from 'prom-client';
import type { VolumeSpace } from '../audit/volume.js';
import type { TelemetryConfig } from '../config/schema.js';
import { httpAddressOf } from '../core/base/http-address.js';
import type { Facts } from '../core/to-do.js';
import { addSec, type EpochMs, secondsPerDay } from '../core/units.js';
import type { EngineLoad } from '../face/engine/pool.js';
import { listen } from '../http/listen.js';
import type { Metrics } from '../telemetry/metrics.js';

const path = '/metrics';

export interface MetricSources {
  engineLoad(): EngineLoad;
  findUnready(): Promise<readonly string[]>;
  trailVolume(): Promise<VolumeSpace | null>;
  /** Returns the time of the last backup, or `null` if there is none. */
  backupAt(): Promise<EpochMs | null>;
  keys(): Promise<Facts['keys']>;
}

/**
 * Serves Prometheus metrics on a private address, because they reveal usage.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export async function serveMetrics(address: TelemetryConfig['metrics'], metrics: Metrics, sources: MetricSources) {
  if (address === null) return null;
  collectDefaultMetrics({ register: metrics.registry });
  const render = async (): Promise<string> => {
    const { waiting, busy, examinations } = sources.engineLoad();
    metrics.engineQueue.set(waiting);
    metrics.engineBusy.set(busy);
    metrics.engineExaminations.reset();
    metrics.engineExaminations.inc(examinations);
    metrics.ready.set((await sources.findUnready()).length === 0 ? 1 : 0);
    const volume = await sources.trailVolume();
    if (volume !== null) {
      metrics.trailVolumeFree.set(volume.free);
      metrics.trailVolumeSize.set(volume.size);
    }
    const backupAt = await sources.backupAt();
    metrics.lastBackup.remove();
    if (backupAt !== null) metrics.lastBackup.set(backupAt / 1000);
    const keys = await sources.keys();
    metrics.keyDue.reset();
    for (const { name, isCurrent, since, lifeDays } of keys)
      if (isCurrent && since !== null)
        metrics.keyDue.set({ key: name }, addSec(since, lifeDays * secondsPerDay) / 1000);
    return metrics.registry.metrics();
  };
  const { port, stop } = await listen((request, response) => {
    if (request.method !== 'GET' || request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    render().then(
      (text) => response.writeHead(200, { 'Content-Type': metrics.registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  }, address);
  return { url: `${httpAddressOf(address.host, port)}${path}`, stop };
}
