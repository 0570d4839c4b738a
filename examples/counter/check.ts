/* One check at a counter, from showing the code until the result disappears. The only dependency is openid-client. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as client from 'openid-client';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

export type View =
  /**
   * The check waits for the user. `link` is the link of the code to show; `null` at the kiosk, or if the user's phone
   * showed the code.
   */
  | { readonly state: 'waiting'; readonly code: string; readonly link: string | null; readonly isAtKiosk: boolean }
  /**
   * The user's phone or the kiosk has opened the code. Staff read out `number`. They also type the number that the user
   * reads out, if it was not sent yet.
   */
  | { readonly state: 'numbers'; readonly number: string; readonly isAtKiosk: boolean }
  | { readonly state: 'checking' }
  | {
      readonly state: 'verified';
      readonly at: Date;
      readonly until: Date;
      readonly claims: Readonly<Record<string, unknown>>;
    }
  | { readonly state: 'ended'; readonly why: string };

export type Check = Awaited<ReturnType<typeof beginCheck>>;

/** Time for which a result is shown. The facestep server returns a result for the same time. */
const shownMs = 60_000;

/** Requested claims. They must be registered for this client, with their purpose. */
const claims = { userinfo: { given_name: { essential: true }, family_name: { essential: true }, phone_number: null } };

/**
 * Starts a check.
 * @param by.shownCode - eight digits on the user's phone, or `null` if the counter shows a code
 * @param by.kiosk - kiosk to use, or `null` for the user's phone
 */
export async function beginCheck(
  config: client.Configuration,
  { shownCode, kiosk }: { readonly shownCode: string | null; readonly kiosk: string | null },
) {
  const begun = await client.initiateDeviceAuthorization(config, {
    scope: 'openid',
    claims: JSON.stringify(claims),
    ...(shownCode === null ? {} : { shown_code: shownCode }),
    ...(kiosk === null ? {} : { kiosk }),
  });
  const isAtKiosk = kiosk !== null;
  const isShown = shownCode === null && !isAtKiosk;
  const link = isShown ? (begun.verification_uri_complete ?? begun.verification_uri) : null;
  let view: View = { state: 'waiting', code: isShown ? begun.user_code : '', link, isAtKiosk };
  let number: string | null = null;

  async function follow(): Promise<void> {
    const endsAt = Date.now() + begun.expires_in * 1000;
    while (view.state !== 'ended' && view.state !== 'verified') {
      await sleep((begun.interval ?? 5) * 1000, undefined, { ref: false });
      const parameters = { device_code: begun.device_code, ...(number === null ? {} : { number }) };
      try {
        await show(await client.genericGrantRequest(config, deviceGrant, parameters));
      } catch (error) {
        if (!(error instanceof client.ResponseBodyError)) {
          // After an error, continue to poll while the code is valid (RFC 8628, section 3.5).
          if (Date.now() > endsAt) throw error;
          continue;
        }
        // Do not show why a check was refused, because the reason is private to the user.
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
      state: 'verified',
      at: new Date(Number(time) * 1000),
      until,
      claims: Object.fromEntries(names.map((name) => [name, told[name] ?? null])),
    };
    await sleep(shownMs, undefined, { ref: false });
    view = { state: 'ended', why: 'The result was cleared after one minute.' };
  }

  follow().catch(() => {
    view = { state: 'ended', why: 'The service cannot be reached.' };
  });
  return {
    view: (): View => view,
    /** Sends the number that the user reads out. A wrong number ends the check. */
    say(said: string): void {
      number = said;
      if (view.state === 'numbers') view = { state: 'checking' };
    },
    end(): void {
      number = 'none';
      if (view.state === 'verified') view = { state: 'ended', why: 'Ended here.' };
    },
  };
}
