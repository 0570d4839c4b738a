import type { Jobs } from '../../core/jobs.js';
import { releaseLease, takeLease } from '../../core/lease.js';
import { toCode } from '../../errors.js';
import type { Configured, Extension } from '../extension.js';
import { createCampaignEndpoints } from './endpoints.js';
import { refreshLink } from './links.js';
import { isSettled, isWaiting, markUncertainIfLost, type Person } from './person.js';
import { makePlan } from './plan.js';
import { type Campaign, finish } from './record.js';
import { sendBatch } from './send.js';
import { type CampaignPorts, type sections, standardSettings } from './settings.js';
import { changeCampaign, changeShard, listCampaigns, readCampaign, readShard, senderLease } from './storage.js';

const batchSize = 10;
const idleSec = 5;
/** Pause in milliseconds after the mail relay or the provider was unavailable. */
const troubledMs = 30_000;
/** Pause before all people of a delayed plan are looked up again. */
const heldUpMs = 60_000;
/** Pause before the group of a delayed plan is listed again. */
const heldUpGroupMs = 300_000;
/** Minimum time between two checks of the same people's links. */
const lookMs = 60_000;

export interface RunnerDeps {
  readonly current: () => CampaignPorts;
  /** Returns false if the configuration turns campaigns off. */
  readonly isOn: () => boolean;
  readonly jobs: Jobs;
  /** Waits, but ends early if the signal aborts. Never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export type CampaignRunner = ReturnType<typeof startCampaignRunner>;

/**
 * Starts the campaign runner, which plans campaigns and sends their e-mails while this replica holds the lease. It
 * continues unfinished campaigns.
 */
export function startCampaignRunner({ current, isOn, jobs, sleep }: RunnerDeps) {
  const closing = new AbortController();
  let waking = new AbortController();
  const lookedAt = new Map<string, number>();
  const plannedAt = new Map<string, number>();
  const holder = Buffer.from(current().random(12)).toString('base64url');

  /** Returns false if the server is stopping, campaigns are off, or another replica has the lease. */
  const isHolder = async (): Promise<boolean> =>
    !closing.signal.aborted && isOn() && (await takeLease(senderLease, holder, current()));

  /** Returns the campaign if sending may continue, or `null`. */
  const mayGoOn = async (id: string): Promise<Campaign | null> => {
    if (!(await isHolder())) return null;
    const campaign = await readCampaign(id, current());
    return campaign.state === 'running' ? campaign : null;
  };

  /** Returns people of one record, after checking their links if the last check is old enough. */
  const look = async (campaign: Campaign, shard: number): Promise<readonly Person[]> => {
    const deps = current();
    const found = await readShard(campaign, shard, deps);
    const people = found?.record ?? [];
    const key = `${campaign.id}:${shard}`;
    const now = deps.clock.now();
    const connection = deps.connections.get(campaign.connection);
    const isTime = (lookedAt.get(key) ?? 0) + lookMs <= now;
    if (connection === undefined || !isTime) return people;
    lookedAt.set(key, now);
    const seen = new Map<number, Person>();
    for (const person of people.filter(isWaiting)) {
      // If the provider fails, only the check of this link is skipped.
      const looked = await refreshLink(person, connection, deps).catch((error: unknown) => {
        if (toCode(error) === 'state_unavailable') throw error;
        return person;
      });
      if (looked !== person) seen.set(person.at, looked);
    }
    return changeShard(
      campaign,
      shard,
      (person) => {
        const looked = seen.get(person.at);
        // If the person got a new e-mail meanwhile, this result is about the old link and is ignored.
        const isSame = looked?.link?.stepUpId === person.link?.stepUpId && isWaiting(person);
        return markUncertainIfLost(looked !== undefined && isSame ? looked : person, now);
      },
      deps,
      found,
    );
  };

  const note = async (id: string, problem: string | null): Promise<void> => {
    await changeCampaign(id, (latest) => (latest.problem === problem ? latest : { ...latest, problem }), current());
  };

  const send = async ({ id }: Campaign): Promise<void> => {
    let settled = true;
    const first = await mayGoOn(id);
    const directory = first === null ? undefined : await current().directories.get(first.connection)?.();
    for (let shard = 0; shard < (first?.shards ?? 0); shard += 1) {
      for (;;) {
        const campaign = await mayGoOn(id);
        const connection = campaign === null ? undefined : current().connections.get(campaign.connection);
        if (campaign === null) return;
        // The connection was removed or renamed in the configuration, so an administrator must decide.
        if (connection === undefined) return note(id, 'connection_unknown');
        const people = await look(campaign, shard);
        const { perMinute } = current().campaigns;
        const size = Math.min(batchSize, Math.max(1, Math.floor(perMinute / 12)));
        const { tried, problem } = await sendBatch(campaign, { shard, size, connection, directory }, current());
        await note(id, problem);
        if (problem !== null) {
          settled = false;
          await sleep(troubledMs, AbortSignal.any([closing.signal, waking.signal]));
          break;
        }
        if (tried === 0) {
          settled &&= people.every(isSettled);
          break;
        }
        settled = false;
        await sleep((tried * 60_000) / perMinute, closing.signal);
      }
    }
    if (first !== null && settled) await changeCampaign(id, finish, current());
  };

  const plan = async (campaign: Campaign): Promise<void> => {
    const { clock } = current();
    const waitMs = campaign.group === null ? heldUpMs : heldUpGroupMs;
    const isTime = campaign.stuckSince === null || (plannedAt.get(campaign.id) ?? 0) + waitMs <= clock.now();
    if (!isTime) return;
    await makePlan(campaign, current(), isHolder);
    plannedAt.set(campaign.id, clock.now());
  };

  const round = async (state: Campaign['state'], work: (campaign: Campaign) => Promise<void>): Promise<void> => {
    if (!(await isHolder())) return;
    for (const campaign of await listCampaigns(current())) {
      if (closing.signal.aborted) return;
      if (campaign.state === state) await work(campaign);
    }
  };

  // Planning and sending are separate jobs, so that a plan does not wait for thousands of e-mails.
  const plans = jobs.start({ name: 'campaign_plans', everySec: idleSec, run: () => round('planning', plan) });
  const letters = jobs.start({ name: 'campaign_letters', everySec: idleSec, run: () => round('running', send) });
  const wake = (): void => {
    waking.abort();
    waking = new AbortController();
    for (const job of [plans, letters]) void job.runNow();
  };
  wake();
  return {
    wake,
    /** Stops the runner and waits for the e-mails that are being sent. */
    async close(): Promise<void> {
      closing.abort();
      await Promise.all([plans.stop(), letters.stop()]);
      await releaseLease(senderLease, holder, current()).catch(() => {});
    },
  };
}

export const openCampaigns: Extension<typeof sections>['open'] = async ({ current, jobs, sleep }) => {
  let runner: CampaignRunner | null = null;
  const ports = (): CampaignPorts => {
    const server = current();
    return { ...server, campaigns: server.config.campaigns ?? standardSettings };
  };
  const isOn = ({ campaigns }: Configured<typeof sections>['config']): boolean => campaigns !== null;
  return {
    name: 'campaigns',
    isOn,
    createEndpoints: (deps) =>
      createCampaignEndpoints({
        ...deps,
        campaigns: deps.config.campaigns ?? standardSettings,
        wake: () => runner?.wake(),
      }),
    start() {
      runner = startCampaignRunner({ current: ports, isOn: () => isOn(current().config), jobs, sleep });
    },
    close: async () => runner?.close(),
  };
};
