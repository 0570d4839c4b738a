import { z } from 'zod';
import { enrolmentReply, instant, passkeyReply, sessionReply, view } from '../core/step-up/page-protocol.js';

const { role, agreedAt, handOff, pairing } = view.shape;
const { choices, application, network } = pairing.def.innerType.shape;

const descriptions = [
  [instant, 'RFC 3339, UTC.'],
  [role, '`camera`: a phone that lends it to another browser; `unpaired`: one that has to choose a number before.'],
  [
    agreedAt,
    'When the person agreed to this text at their enrolment, where that still holds: no consent is asked for again.',
  ],
  [handOff.def.innerType.shape.code, 'For the screen of the first browser alone.'],
  [pairing, 'What a phone asks the person before anything else, and the page of somebody who calls the help desk.'],
  [choices, 'One of them is on the screen of the first browser.'],
  [application, 'The host that requested the face check.'],
  [network, 'A /24 of IPv4 or a /48 of IPv6.'],
  [sessionReply.shape.receipt, 'Once it has passed, for the browser the link was for.'],
  [
    passkeyReply.shape.options,
    'PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON of WebAuthn Level 3. The input of the PRF, `extensions.prf.eval.first`, is base64url too.',
  ],
  [enrolmentReply.shape.enrolment.def.innerType.shape.purpose, 'The policy’s `scope`.'],
] as const;

/** Registers descriptions of replies for the API description. */
export function describeReplies(): void {
  for (const [guard, description] of descriptions) z.globalRegistry.add(guard, { description });
}
