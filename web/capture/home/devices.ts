import { devicesReply } from '../../../src/step-up/home-protocol.js';
import { button, el, paragraph } from '../dom.js';
import { showRecoveryCodes } from '../screens/ways.js';
import { emptyReply } from '../view.js';
import { type Outcome, type Section, say } from './section.js';

/**
 * Section of the passkey, recovery codes and remembered places. Passkey and codes belong to the enrolment and are
 * revoked with it, so they cannot be removed here.
 */
export const devices: Section = {
  name: 'devices',
  async read({ page, api }) {
    const held = await api.call({ method: 'GET', path: '/devices', reply: devicesReply });
    const { passkey, recoveryCodes, knownPlaces, mayMakeCodes } = held;
    const forget = async (): Promise<Outcome> => {
      await api.call({ method: 'POST', path: '/devices/forget', body: {}, reply: emptyReply });
      return say((words) => words.placesForgotten);
    };
    const makeCodes = async (): Promise<Outcome> => {
      await showRecoveryCodes({ page, api });
      return { kind: 'said', said: null };
    };
    return (words, press) => {
      const newCodes = mayMakeCodes ? button('quiet', words.makeCodes, () => press(makeCodes)) : null;
      if (passkey === null && recoveryCodes === null && knownPlaces === null)
        return [paragraph(words.noDevices, 'lead'), newCodes];
      const item = (name: string, text: string, ...more: HTMLElement[]): HTMLLIElement =>
        el('li', {}, el('strong', {}, name), paragraph(text), ...more);
      return [
        el(
          'ul',
          { class: 'entries' },
          passkey === null ? null : item(words.passkey, words.passkeyText),
          recoveryCodes === null
            ? null
            : item(
                words.recoveryCodes,
                words.recoveryCodesText({ left: recoveryCodes.left, made: page.day(recoveryCodes.madeAt) }),
                newCodes ?? paragraph(words.makeCodesElsewhere, 'fine'),
              ),
          knownPlaces === null
            ? null
            : item(
                words.knownPlaces,
                words.knownPlacesText({
                  devices: knownPlaces.devices,
                  networks: knownPlaces.networks,
                  until: knownPlaces.expiresAt === null ? null : page.day(knownPlaces.expiresAt),
                }),
                button('danger', words.forgetPlaces, () => press(forget)),
              ),
        ),
        recoveryCodes === null ? newCodes : null,
      ];
    };
  },
};
