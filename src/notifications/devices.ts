import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { type PushAddress, pushAddressGuard } from '../core/ports.js';
import { openText, sealedTextGuard, sealText } from '../core/sealed-text.js';
import { Credential, digestOf } from '../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { toCode } from '../errors.js';

/*
 * Browsers that receive push notifications. Their addresses are encrypted, so that someone who reads the store cannot
 * send to them or correlate people.
 */

/** Maximum number of browsers per person. A further browser replaces the oldest. */
const mostDevices = 5;

/** Retention, in seconds after the browser was added. */
const keptSec = 400 * secondsPerDay;

const devicesGuard = z.object({
  /** The newest is last. */
  devices: z.array(z.object({ id: z.base64url(), address: sealedTextGuard, at: epochMsGuard })),
});
type Devices = z.infer<typeof devicesGuard>;

const devicesKey = ({ connection, subject }: SubjectRef): string => `notice-devices:${connection}:${subject}`;

const toStored = (who: SubjectRef, { clock }: Ports<'clock'>) => ({
  key: devicesKey(who),
  guard: devicesGuard,
  expiresAt: ({ devices }: Devices): EpochMs => {
    const newest = devices.at(-1);
    return newest === undefined ? clock.now() : addSec(newest.at, keptSec);
  },
});

const labelOf = (who: SubjectRef): string =>
  `facestep/notice-devices/${digestOf(devicesKey(who)).toString('base64url')}`;

const isKept = (at: EpochMs, { clock }: Ports<'clock'>): boolean => addSec(at, keptSec) > clock.now();

/**
 * Returns the browsers whose addresses can be decrypted. Other addresses were encrypted under a key that is now
 * retired.
 */
export async function readNotificationDevices(who: SubjectRef, deps: Ports<'state' | 'clock' | 'keys'>) {
  const found = await readStored(toStored(who, deps), deps);
  const kept = found?.record.devices.filter(({ at }) => isKept(at, deps)) ?? [];
  const opened = kept.map(async ({ id, address }) => {
    const text = await openText(address, labelOf(who), deps).catch((error: unknown) => {
      if (toCode(error) === 'token_key_retired') return null;
      throw error;
    });
    if (text === null) return [];
    const parsed = text.use((json) => pushAddressGuard.parse(JSON.parse(json)));
    // The push subscription is bound to the key of this version, which encrypts the address.
    return [{ id, address: parsed, version: address.version }];
  });
  return (await Promise.all(opened)).flat();
}

export async function addNotificationDevice(
  who: SubjectRef,
  address: PushAddress,
  deps: Ports<'state' | 'clock' | 'random' | 'keys'>,
): Promise<void> {
  const same = (await readNotificationDevices(who, deps)).filter((each) => each.address.endpoint === address.endpoint);
  const sealed = await sealText(new Credential(JSON.stringify(address)), labelOf(who), deps);
  const device = { id: Buffer.from(deps.random(9)).toString('base64url'), address: sealed, at: deps.clock.now() };
  const add = (found: Devices | null): Devices => {
    const others = found?.devices.filter(({ id, at }) => isKept(at, deps) && !same.some((each) => each.id === id));
    return { devices: [...(others ?? []), device].slice(-mostDevices) };
  };
  await changeStored(toStored(who, deps), add, deps);
}

export async function removeNotificationDevices(
  who: SubjectRef,
  ids: readonly string[],
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  const remove = (found: Devices | null): Devices | null => {
    if (found === null || !found.devices.some(({ id }) => ids.includes(id))) return found;
    return { devices: found.devices.filter(({ id }) => !ids.includes(id)) };
  };
  await changeStored(toStored(who, deps), remove, deps);
}

export async function countNotificationDevices(
  who: SubjectRef,
  deps: Ports<'state' | 'clock'>,
): Promise<{ readonly devices: number; readonly expiresAt: EpochMs } | null> {
  const found = await readStored(toStored(who, deps), deps);
  const kept = found?.record.devices.filter(({ at }) => isKept(at, deps)) ?? [];
  const last = kept.at(-1);
  return last === undefined ? null : { devices: kept.length, expiresAt: addSec(last.at, keptSec) };
}

export async function forgetNotificationDevices(who: SubjectRef, { state }: Ports<'state'>): Promise<void> {
  await state.delete(devicesKey(who));
}

export const noticeDeviceData = {
  part: 'notice_devices',
  keys: ['notice-devices:*:*'],
  read: async (who, deps) => {
    const kept = await countNotificationDevices(who, deps);
    return { noticeDevices: kept && { devices: kept.devices, expiresAt: toIso(kept.expiresAt) } };
  },
  endedBy: 'erasure_last',
  forget: forgetNotificationDevices,
} as const satisfies PersonalData;
