import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { addSec, type EpochMs, epochMs, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { type Brand, brandGuard, digestOfBrand } from './brand.js';

export interface NamedBrand {
  readonly digest: string;
  readonly brand: Brand;
}

export interface Brands {
  readonly source: 'configuration' | 'administrator';
  /**
   * Returns the active brand, or `null` for the default. Never throws: if the store fails, it returns the last known
   * one.
   */
  inForce(): Promise<NamedBrand | null>;
  find(digest: string): Promise<Brand | null>;
  keepDraft(brand: Brand): Promise<string>;
  /**
   * Publishes a draft or former brand. Every replica shows it within seconds.
   * @param digest - `null` to restore the default
   * @throws `brand_configured`, `not_found`
   */
  apply(digest: string | null, by: string): Promise<void>;
  listApplied(): Promise<z.infer<typeof currentGuard>['versions']>;
}

const knownForSec = 5;

const draftLifeSec = 60 * 60;

/**
 * Seconds for which the store keeps a configured brand, so that replicas with another configuration can serve its
 * files.
 */
const configuredLifeSec = 30 * 24 * 60 * 60;

const keptVersions = 10;

const currentGuard = z.object({
  digest: z.string().nullable(),
  versions: z.array(
    z.object({ digest: z.string(), at: epochMsGuard, by: z.string(), organisation: z.string().nullable() }),
  ),
});

const current = { key: 'brand', guard: currentGuard, expiresAt: () => null };

/** Key of a published brand of the administrator, which does not expire. */
const keptKey = (digest: string): string => `brand-kept:${digest}`;
/** Key of a draft or of a configured brand, which expires. */
const temporaryKey = (digest: string): string => `brand-draft:${digest}`;

export function createBrands(
  configured: Brand | null,
  { state, clock, audit }: Ports<'state' | 'clock' | 'audit'>,
): Brands {
  const own: NamedBrand | null = configured === null ? null : { digest: digestOfBrand(configured), brand: configured };
  let known: { readonly named: NamedBrand | null; readonly until: EpochMs } = { named: own, until: epochMs(0) };
  let reading: Promise<NamedBrand | null> | null = null;

  const read = async (key: string): Promise<Brand | null> =>
    (await readStored({ key, guard: brandGuard }, { state }))?.record ?? null;

  async function readInForce(): Promise<NamedBrand | null> {
    const digest = (await readStored(current, { state }))?.record.digest ?? null;
    if (digest === null) return null;
    if (known.named?.digest === digest) return known.named;
    const brand = await read(keptKey(digest));
    return brand === null ? null : { digest, brand };
  }

  const refresh = (): Promise<NamedBrand | null> => {
    const until = (): EpochMs => addSec(clock.now(), knownForSec);
    reading ??= readInForce()
      .then(
        (named) => {
          known = { named, until: until() };
          return named;
        },
        () => {
          known = { ...known, until: until() };
          return known.named;
        },
      )
      .finally(() => {
        reading = null;
      });
    return reading;
  };

  const find = async (digest: string): Promise<Brand | null> => {
    if (known.named?.digest === digest) return known.named.brand;
    return (await read(keptKey(digest))) ?? (await read(temporaryKey(digest)));
  };

  const findOrThrow = async (digest: string): Promise<Brand> => {
    const brand = await find(digest);
    if (brand === null) throw new FaceError('not_found');
    return brand;
  };

  return {
    source: own === null ? 'administrator' : 'configuration',
    inForce: async () => own ?? (clock.now() < known.until ? known.named : refresh()),
    find,
    async keepDraft(brand) {
      const digest = digestOfBrand(brand);
      await state.write(temporaryKey(digest), toStored(brand), {
        when: 'any',
        expiresAt: addSec(clock.now(), draftLifeSec),
      });
      return digest;
    },
    async apply(digest, by) {
      if (own !== null) throw new FaceError('brand_configured');
      const named = digest === null ? null : { digest, brand: await findOrThrow(digest) };
      const former = (await readStored(current, { state }))?.record.digest ?? null;
      await audit.append({ action: 'brand_changed', connection: '', subject: '', detail: { digest, former, by } });
      if (named !== null)
        await state.write(keptKey(named.digest), toStored(named.brand), { when: 'any', expiresAt: null });
      const at = clock.now();
      const { former: before, changed } = await changeStored(
        current,
        (found) => {
          const versions = found?.versions ?? [];
          if (named === null) return { digest: null, versions };
          const others = versions.filter((each) => each.digest !== named.digest);
          const first = { digest: named.digest, at, by, organisation: named.brand.organisation };
          return { digest: named.digest, versions: [first, ...others].slice(0, keptVersions) };
        },
        { state },
      );
      known = { named, until: addSec(at, knownForSec) };
      const left = new Set(changed.versions.map((each) => each.digest));
      const gone = (before?.versions ?? []).filter((each) => !left.has(each.digest));
      for (const each of gone) await state.delete(keptKey(each.digest));
    },
    listApplied: async () => (await readStored(current, { state }))?.record.versions ?? [],
  };
}

/** Stores the configured brand, so that replicas with another configuration can serve its files by its digest. */
export async function shareConfigured(brand: Brand, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  await state.write(temporaryKey(digestOfBrand(brand)), toStored(brand), {
    when: 'any',
    expiresAt: addSec(clock.now(), configuredLifeSec),
  });
}

const toStored = (brand: Brand) => JSON.parse(JSON.stringify(brand));
