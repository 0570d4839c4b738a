/*
 * One check of a counter, from its code to the minute in which the result is shown. openid-client and nothing else.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as client from 'openid-client';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** What staff see. */
export type View =
  /** `link`: of the code to be shown; `null`: none is, the check is at the kiosk, or on the phone whose code was taken. */
  | { readonly state: 'waiting'; readonly code: string; readonly link: string | null; readonly isAtKiosk: boolean }
  /** A phone has opened the code, or the kiosk: `number` is to be said to the person; theirs is to be typed, unless it was. */
  | { readonly state: 'numbers'; readonly number: string; readonly isAtKiosk: boolean }
  | { readonly state: 'checking' }
  | {
      readonly state: 'verified';
      readonly at: Date;
      readonly until: Date;
      readonly claims: Readonly<Record<string, unknown>>;
    }
  | { readonly state: 'ended'; readonly why: string };

/** A check that is under way, or was. */
export interface Check {
  view(): View;
  /** Sends the number that the person says stands on their phone. A wrong one ends the check. */
  say(number: string): void;
  /** Ends it from this side. */
  end(): void;
}

/** For how long the result is shown. The service tells it no longer either. */
const shownMs = 60_000;

/** What this counter wants to know. Each is registered for it, with its purpose. */
const claims = { userinfo: { given_name: { essential: true }, family_name: { essential: true }, phone_number: null } };

/**
 * Begins a check.
 * @param by.shownCode - eight digits of the person's phone; `null`: this counter shows a code
 * @param by.kiosk - where the person shows their face, in place of a phone; `null`: on a phone
 */
export async function beginCheck(
  config: client.Configuration,
  { shownCode, kiosk }: { readonly shownCode: string | null; readonly kiosk: string | null },
): Promise<Check> {
  const begun = await client.initiateDeviceAuthorization(config, {
    scope: 'openid',
    claims: JSON.stringify(claims),
    ...(shownCode === null ? {} : { shown_code: shownCode }),
    ...(kiosk === null ? {} : { kiosk }),
  });
  const isAtKiosk = kiosk !== null;
  // Whose phone has shown a code need not be shown another, and the kiosk has opened it.
  const isShown = shownCode === null && !isAtKiosk;
  const link = isShown ? (begun.verification_uri_complete ?? begun.verification_uri) : null;
  let view: View = { state: 'waiting', code: isShown ? begun.user_code : '', link, isAtKiosk };
  let number: string | null = null;

  /** Asks until there is an answer, at the pace that the service names. */
  async function follow(): Promise<void> {
    const endsAt = Date.now() + begun.expires_in * 1000;
    while (view.state !== 'ended' && view.state !== 'verified') {
      await sleep((begun.interval ?? 5) * 1000, undefined, { ref: false });
      const parameters = { device_code: begun.device_code, ...(number === null ? {} : { number }) };
      try {
        await show(await client.genericGrantRequest(config, deviceGrant, parameters));
      } catch (error) {
        if (!(error instanceof client.ResponseBodyError)) {
          // The person goes on meanwhile: it is asked again for as long as their code is good (RFC 8628, section 3.5).
          if (Date.now() > endsAt) throw error;
          continue;
        }
        // Why somebody was refused is not told: that is theirs.
        if (error.error === 'authorization_pending') wait(error.cause);
        else
          view = { state: 'ended', why: error.error === 'access_denied' ? 'Not verified.' : 'The code has expired.' };
      }
    }
  }

  function wait({ state, number: told }: Readonly<Record<string, unknown>>): void {
    if (view.state === 'ended' || state === 'waiting') return;
    view = number === null ? { state: 'numbers', number: String(told), isAtKiosk } : { state: 'checking' };
  }

  async function show(tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers): Promise<void> {
    const { sub = '', auth_time: time = 0 } = tokens.claims() ?? {};
    const told = await client.fetchUserInfo(config, tokens.access_token, sub);
    const names = Object.keys(claims.userinfo);
    const until = new Date(Date.now() + shownMs);
    view = {
      ...{ state: 'verified', at: new Date(Number(time) * 1000), until },
      claims: Object.fromEntries(names.map((name) => [name, told[name] ?? null])),
    };
    await sleep(shownMs, undefined, { ref: false });
    view = { state: 'ended', why: 'The minute is over.' };
  }

  follow().catch(() => {
    view = { state: 'ended', why: 'The service cannot be reached.' };
  });
  return {
    view: () => view,
    say(said) {
      number = said;
      if (view.state === 'numbers') view = { state: 'checking' };
    },
    end() {
      number = 'none';
      if (view.state === 'verified') view = { state: 'ended', why: 'Ended here.' };
    },
  };
}
