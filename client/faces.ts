import * as z from 'zod/mini';
import type { PhotoBytes, ServerCall } from './server-call.js';

/** Values to which a token is bound. A check only succeeds with the same values as at enrolment. */
export interface Binding {
  readonly password?: string;
  /** Scope of the token, such as `app:login`. */
  readonly scope?: string;
  /** Accuracy from 1 (most tolerant) to 8 (strictest); 4 by default. */
  readonly accuracy?: number;
}

const instant = z.string();

const generated = z.object({
  token: z.string(),
  tokenId: z.string(),
  expiresAt: z.nullable(instant),
  quality: z.object({ photos: z.number(), weak: z.boolean() }),
});

const authenticated = z.object({ authenticated: z.boolean() });

const scored = z.object({ authenticated: z.boolean(), score: z.nullable(z.number()), threshold: z.number() });

const identification = z.object({
  outcome: z.enum(['identified', 'nobody', 'ambiguous']),
  position: z.nullable(z.number()),
  alike: z.array(z.number()),
  unusable: z.array(z.number()),
  falsePositiveRate: z.number(),
});

const released = z.object({ contentKey: z.nullable(z.string().check(z.regex(/^[\w-]{43}$/))) });

/** `code` says why a picture could not be compared; `match` is then false. */
const bulk = z.object({
  results: z.array(z.object({ score: z.nullable(z.number()), match: z.boolean(), code: z.optional(z.string()) })),
});

const consistency = z.object({
  consistent: z.boolean(),
  outliers: z.array(z.number()),
  unusable: z.array(z.object({ index: z.number(), code: z.string() })),
});

const screened = z.object({
  pass: z.boolean(),
  reasons: z.array(z.string()),
  measurements: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string(), pass: z.boolean() })),
});

export function createFaceCalls(server: ServerCall) {
  return {
    /**
     * Creates a token from 1 to 5 photos of one person. Store the token and delete the photos. Needs the scope `enrol`.
     */
    generate: (photo: readonly PhotoBytes[], binding: Binding & { readonly expiry?: string } = {}) =>
      server.postForm('/generate', { texts: { ...binding }, photos: { photo } }, generated),

    /** Returns true if 1 to 5 live photos show the person of the token. Needs the scope `verify`. */
    async authenticate(token: string, photo: readonly PhotoBytes[], binding: Binding = {}): Promise<boolean> {
      const form = { texts: { token, ...binding }, photos: { photo } };
      return (await server.postForm('/authenticate', form, authenticated)).authenticated;
    },

    /**
     * Verifies photos like `authenticate`, and also returns the similarity score if they match. Needs the scope
     * `score`.
     */
    authenticateScore: (token: string, photo: readonly PhotoBytes[], binding: Binding = {}) =>
      server.postForm('/authenticate-score', { texts: { token, ...binding }, photos: { photo } }, scored),

    /**
     * Identifies the person on 1 to 5 live photos among at most 500 tokens, which must have the same scope and
     * accuracy. The result contains the position in `tokens`, unless the outcome is `nobody` or `ambiguous`. Needs the
     * scope `identify`.
     */
    identify(tokens: readonly string[], photo: readonly PhotoBytes[], binding: Omit<Binding, 'password'> = {}) {
      const roster = [new TextEncoder().encode(tokens.join('\n'))];
      return server.postForm('/identify', { texts: { ...binding }, photos: { photo, roster } }, identification);
    },

    /**
     * Returns the token's content key, 32 bytes, if the photos show the person of the token; otherwise `null`.
     * Overwrite the key after use. Needs the scope `content-key`.
     */
    async contentKey(token: string, photo: readonly PhotoBytes[], binding: Binding = {}): Promise<Uint8Array | null> {
      const form = { texts: { token, ...binding }, photos: { photo } };
      const { contentKey } = await server.postForm('/content-key', form, released);
      return contentKey === null ? null : new Uint8Array(Buffer.from(contentKey, 'base64url'));
    },

    /**
     * Compares one picture with 1 to 100 others; the results have the same order. An unusable picture has a `code`.
     * Needs the scope `match`.
     */
    async matchBulk(probe: PhotoBytes, reference: readonly PhotoBytes[], { accuracy }: Pick<Binding, 'accuracy'> = {}) {
      const form = { texts: { accuracy }, photos: { probe: [probe], reference } };
      return (await server.postForm('/match-bulk', form, bulk)).results;
    },

    /**
     * Checks whether 2 to 10 pictures show one person. `outliers` are the indices of pictures that show another person
     * than most, `unusable` those of pictures that cannot be compared. Needs the scope `match`.
     */
    consistencyCheck: (photo: readonly PhotoBytes[], { accuracy }: Pick<Binding, 'accuracy'> = {}) =>
      server.postForm('/consistency-check', { texts: { accuracy }, photos: { photo } }, consistency),

    /** Returns whether a picture is suitable for enrolment, with measurements. Needs the scope `screen`. */
    quality: (photo: PhotoBytes) => server.postForm('/quality', { photos: { photo: [photo] } }, screened),

    /** Returns whether a picture looks live, which is evidence but no proof. Needs the scope `screen`. */
    liveness: (photo: PhotoBytes) => server.postForm('/liveness', { photos: { photo: [photo] } }, screened),
  };
}
