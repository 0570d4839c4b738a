import { checkCameraSupport } from '../camera.js';
import { actions, button, el, paragraph } from '../dom.js';
import { Problem } from '../problem.js';
import { mayUsePhone } from '../state.js';
import type { Step } from '../step.js';
import { vendorParts } from '../vendors/index.js';
import { flashesId } from './consent.js';

/** Runs the liveness check of a vendor in place of the own challenge. The server reads the result from the vendor. */
export const vendorCheck: Step = async (view, facts, tools) => {
  const { page, api, interrupted } = tools;
  checkCameraSupport();
  const load = view.livenessVendor === null ? undefined : vendorParts[view.livenessVendor];
  if (load === undefined) throw new Problem('unsupported');
  if (!facts.isLightAccepted) {
    const choice = await page.ask<'start' | 'phone'>((words, choose) => {
      const go = button('plain', words.next, () => choose('start'));
      const flashes = paragraph(words.vendors.flashes, 'note');
      flashes.id = flashesId;
      go.setAttribute('aria-describedby', flashesId);
      return {
        screen: 'permission',
        heading: words.permission.getReady,
        body: [
          paragraph(words.vendors.about, 'lead'),
          flashes,
          actions(go, mayUsePhone(facts, view) ? button('faint', words.usePhone, () => choose('phone')) : null),
        ],
      };
    });
    return choice === 'phone' ? { place: 'phone' } : { isCameraAsked: true, isLightAccepted: true };
  }
  // Loaded first, because the vendor's session is short.
  const run = await load();
  const check = await api.startVendorCheck();
  // The vendor's service fails, and the policy lets the own challenge take its place. Its light is another one, so the
  // person is asked again.
  if (check === null) return { ...(await api.readState()), isLightAccepted: false };
  const element = el('div', { class: 'vendor' });
  const ended = new AbortController();
  page.show((words) => ({ screen: 'vendor', heading: words.vendors.heading, body: [element] }));
  try {
    await Promise.race([run({ grant: check.grant, element, words: page.words, ended: ended.signal }), interrupted]);
  } finally {
    ended.abort();
  }
  return { frames: { nonce: check.nonce, photos: null }, device: null };
};
