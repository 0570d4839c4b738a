import * as z from 'zod/mini';
import type { PhotoBytes, ServerCall } from './server-call.js';

/** What a token is bound to: the same at enrolment and at every check. */
export interface Binding {
  /** A secret of the user. */
  readonly password?: string;
  /** What the token is for, such as `app:login`. */
  readonly scope?: string;
  /** 1 (most tolerant) to 8 (strictest); 4 if not said. */
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

/** `code` says why a picture could not be compared; then `score` is `null` and `match` false. */
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

/** The calls about faces alone: tokens that the caller keeps, and pictures against pictures. */
export function createFaceCalls(server: ServerCall) {
  return {
    /** Makes a token from 1 to 5 photos of one person. Scope `enrol`. Keep the token, forget the photos. */
    generate: (photo: readonly PhotoBytes[], binding: Binding & { readonly expiry?: string } = {}) =>
      server.postForm('/generate', { texts: { ...binding }, photos: { photo } }, generated),

    /** Whether 1 to 5 live photos show the person of a token. Scope `verify`. */
    async authenticate(token: string, photo: readonly PhotoBytes[], binding: Binding = {}): Promise<boolean> {
      const form = { texts: { token, ...binding }, photos: { photo } };
      return (await server.postForm('/authenticate', form, authenticated)).authenticated;
    },

    /** As `authenticate`, with the similarity of a match. Scope `score`. */
    authenticateScore: (token: string, photo: readonly PhotoBytes[], binding: Binding = {}) =>
      server.postForm('/authenticate-score', { texts: { token, ...binding }, photos: { photo } }, scored),

    /**
     * Who of a roster 1 to 5 live photos show: at most 500 tokens of one scope and accuracy. Scope `identify`. Positions are places
     * in `tokens`, from 0; `nobody` and `ambiguous` choose none.
     */
    identify(tokens: readonly string[], photo: readonly PhotoBytes[], binding: Omit<Binding, 'password'> = {}) {
      const roster = [new TextEncoder().encode(tokens.join('\n'))];
      return server.postForm('/identify', { texts: { ...binding }, photos: { photo, roster } }, identification);
    },

    /**
     * The 32 bytes that only the person of a token releases; `null` for anybody else. Scope `content-key`. Overwrite
     * them after use.
     */
    async contentKey(token: string, photo: readonly PhotoBytes[], binding: Binding = {}): Promise<Uint8Array | null> {
      const form = { texts: { token, ...binding }, photos: { photo } };
      const { contentKey } = await server.postForm('/content-key', form, released);
      return contentKey === null ? null : new Uint8Array(Buffer.from(contentKey, 'base64url'));
    },

    /** Compares one picture with 1 to 100 others, in their order. An unusable one has a `code`. Scope `match`. */
    async matchBulk(probe: PhotoBytes, reference: readonly PhotoBytes[], { accuracy }: Pick<Binding, 'accuracy'> = {}) {
      const form = { texts: { accuracy }, photos: { probe: [probe], reference } };
      return (await server.postForm('/match-bulk', form, bulk)).results;
    },

    /**
     * Whether 2 to 10 pictures show one person; `outliers` are the indices of those that do not, `unusable` those that could not be
     * compared. Scope `match`.
     */
    consistencyCheck: (photo: readonly PhotoBytes[], { accuracy }: Pick<Binding, 'accuracy'> = {}) =>
      server.postForm('/consistency-check', { texts: { accuracy }, photos: { photo } }, consistency),

    /** Whether a picture is good enough to enrol, and what was measured. Scope `screen`. */
    quality: (photo: PhotoBytes) => server.postForm('/quality', { photos: { photo: [photo] } }, screened),

    /** Whether a picture looks taken from life: evidence, not proof. Scope `screen`. */
    liveness: (photo: PhotoBytes) => server.postForm('/liveness', { photos: { photo: [photo] } }, screened),
  };
}
