import { kioskMemory } from './browser-memory.js';
import { checkCameraSupport, openCamera } from './camera.js';
import { actions, button, el, paragraph } from './dom.js';
import type { Page } from './page.js';
import type { PageApi } from './page-api.js';
import { type KioskLink, type PageLink, parseKioskLink, parseScannedLink } from './page-link.js';
import { Problem } from './problem.js';
import { sleep } from './step.js';

const pollEveryMs = 2000;
const scanEveryMs = 250;
/** Nobody scans for longer. */
const scanAtMostMs = 45_000;
const idleAfterMs = 60_000;

/** @see https://wicg.github.io/shape-detection-api/#barcode-detection-api */
interface BarcodeReader {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
declare global {
  // Chrome on Android, ChromeOS and macOS has it; others do not.
  var BarcodeDetector: (new (options: { formats: readonly string[] }) => BarcodeReader) | undefined;
}

/**
 * Waits for the next person: an attendant assigns a check to this kiosk, or the person shows the code of their link.
 * @param address - of the capture page, which a scanned link must lead to
 */
export async function waitForPerson(kiosk: KioskLink, address: string, page: Page, api: PageApi): Promise<PageLink> {
  // The first answer says that what the person before had begun is over: until then nobody is told that the screen is free.
  const next = await askUntilKnown(kiosk, api);
  if (next !== null) return follow(next, kiosk, page);
  const ended = new AbortController();
  const assigned = keepAsking(kiosk, { page, api, ended: ended.signal });
  const scanned = offerScan(address, page, ended.signal);
  return Promise.race([assigned, scanned]).finally(() => ended.abort());
}

/** Whom a kiosk is told of. */
interface Next {
  readonly ticket: string;
  /** Where the ticket lets in; `null`: here. */
  readonly address: string | null;
}

/** @returns `null`: nobody was sent here; `unknown`: that can't be known now */
async function askForNext({ kiosk, secret }: KioskLink, api: PageApi): Promise<Next | null | 'unknown'> {
  const answer = await api.nextOfKiosk(kiosk, secret).catch((error: unknown) => {
    // A kiosk stands for days: what passes by itself is waited for.
    const passes = ['offline', 'time-out', 'overloaded', 'unavailable'];
    if (error instanceof Problem && passes.includes(error.problem)) return 'unknown' as const;
    throw error;
  });
  if (answer === 'unknown') return answer;
  return answer.ticket === null ? null : { ticket: answer.ticket, address: answer.page };
}

async function askUntilKnown(kiosk: KioskLink, api: PageApi): Promise<Next | null> {
  for (;;) {
    const next = await askForNext(kiosk, api);
    if (next !== 'unknown') return next;
    await sleep(pollEveryMs);
  }
}

async function keepAsking(
  kiosk: KioskLink,
  { page, api, ended }: { readonly page: Page; readonly api: PageApi; readonly ended: AbortSignal },
): Promise<PageLink> {
  for (;;) {
    await sleep(pollEveryMs);
    ended.throwIfAborted();
    const next = await askForNext(kiosk, api);
    ended.throwIfAborted();
    if (next !== null && next !== 'unknown') return follow(next, kiosk, page);
  }
}

async function follow({ ticket, address }: Next, { kiosk, secret }: KioskLink, page: Page): Promise<PageLink> {
  if (address === null) return { ticket, returnUrl: null };
  kioskMemory.write(`${kiosk}.${secret}`);
  return goToPage(address, { ticket, language: page.language });
}

/** To another page of ours, which the ticket opens in this browser. It leads back here by itself. */
async function goToPage(
  address: string,
  shown: { readonly ticket: string; readonly language: string },
): Promise<never> {
  await fetch(address, { method: 'POST', body: new URLSearchParams(shown) }).catch(() => {});
  // Where that failed, the page says so.
  location.replace(address);
  return new Promise(() => {});
}

async function offerScan(address: string, page: Page, ended: AbortSignal): Promise<PageLink> {
  const Detector = globalThis.BarcodeDetector;
  for (;;) {
    const choice = await page.ask<'scan' | 'full-screen'>((words, choose) => ({
      screen: 'kiosk-idle',
      heading: words.kiosk.heading,
      body: [
        paragraph(words.kiosk.text, 'lead'),
        Detector === undefined ? paragraph(words.kiosk.noScanner) : null,
        actions(
          Detector === undefined ? null : button('plain', words.kiosk.scan, () => choose('scan')),
          document.fullscreenEnabled && document.fullscreenElement === null
            ? button('faint', words.kiosk.fullScreen, () => choose('full-screen'))
            : null,
        ),
      ],
    }));
    // A browser may refuse: the kiosk then goes on as it is.
    if (choice === 'full-screen') await document.documentElement.requestFullscreen().catch(() => {});
    if (choice === 'full-screen' || Detector === undefined) continue;
    const link = await scan(new Detector({ formats: ['qr_code'] }), { address, page, ended });
    ended.throwIfAborted();
    if (link !== null) return link;
  }
}

/** @returns `null` where the person goes back, or shows nothing for a while */
async function scan(
  reader: BarcodeReader,
  { address, page, ended }: { readonly address: string; readonly page: Page; readonly ended: AbortSignal },
): Promise<PageLink | null> {
  checkCameraSupport();
  const camera = await openCamera(null);
  let isOver = false;
  const look = async (): Promise<PageLink | null> => {
    for (const until = performance.now() + scanAtMostMs; !isOver && !ended.aborted && performance.now() < until; ) {
      for (const { rawValue } of await reader.detect(camera.video)) {
        const link = parseScannedLink(rawValue, address);
        if (link !== null) return link;
      }
      await sleep(scanEveryMs);
    }
    return null;
  };
  try {
    const stage = el('div', { class: 'stage' }, camera.video);
    const back = page.ask<null>((words, choose) => ({
      screen: 'kiosk-scan',
      heading: words.kiosk.scanHeading,
      body: [paragraph(words.kiosk.scanText, 'lead'), stage, actions(button('quiet', words.back, () => choose(null)))],
    }));
    return await Promise.race([back, look(), camera.lost]);
  } finally {
    isOver = true;
    camera.stop();
  }
}

/** The kiosk of this tab, where it has been on another page of ours since, or is; `null`: it is none. */
const keptKiosk = (): KioskLink | null => parseKioskLink(kioskMemory.read() ?? '');

/** Whether this tab is a kiosk's, though it shows what began on another page of ours. */
export const isTabOfKiosk = (): boolean => keptKiosk() !== null;

/** The kiosk of the address; of the tab, where it comes back from another page. `null`: of neither. */
export const readKiosk = (): KioskLink | null => parseKioskLink(location.hash) ?? keptKiosk();

/** Ends whatever stands on the page: nothing of the person is left in its memory. */
export function clearKiosk(): void {
  const path = location.pathname.replace(/\/$/, '');
  if (path.endsWith('/kiosk')) location.reload();
  else location.replace(`${path}/kiosk`);
}

/** Clears the page when nobody has touched it, and nothing on it has changed, for a minute. */
export function clearWhenIdle(main: HTMLElement): void {
  let timer = setTimeout(clearKiosk, idleAfterMs);
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(clearKiosk, idleAfterMs);
  };
  for (const event of ['pointerdown', 'keydown', 'input'] as const) window.addEventListener(event, again);
  new MutationObserver(again).observe(main, { attributeFilter: ['data-screen', 'data-movement'] });
}
