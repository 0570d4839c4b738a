import { z } from 'zod';
import { enrolmentReply, instant, lockedForSec, passkeyReply, sessionReply, view } from '../../core/page-protocol.js';

const { role, agreedAt, handOff, pairing } = view.shape;
const { choices, application, network } = pairing.def.innerType.shape;

const descriptions = [
  [instant, 'RFC 3339, UTC.'],
  [
    role,
    '`camera`: a phone that is the camera of another browser; `unpaired`: a phone that has to choose a number first.',
  ],
  [
    agreedAt,
    'Time at which the person agreed to this text at enrolment, if that consent is valid: the page does not ask again.',
  ],
  [handOff.def.innerType.shape.code, 'Only for the screen of the first browser.'],
  [
    pairing,
    'Numbers to choose from: on a phone before any other step, and on the page of a person who calls the help desk.',
  ],
  [choices, 'One of them is shown on the screen of the first browser.'],
  [application, 'The host that requested the face check.'],
  [network, 'A /24 of IPv4 or a /48 of IPv6.'],
  [
    lockedForSec,
    'Seconds until the lockout of the user ends: the page shows it before it opens the camera. `null` if there is none, and for anonymous callers, who learn of it only after they sent pictures.',
  ],
  [sessionReply.shape.receipt, 'Present after it passed, for the browser that opened the link.'],
  [
    passkeyReply.shape.options,
    'PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON of WebAuthn Level 3. The input of the PRF, `extensions.prf.eval.first`, is base64url, too.',
  ],
  [enrolmentReply.shape.enrolment.def.innerType.shape.purpose, 'The `scope` of the policy.'],
] as const;

export function describeReplies(): void {
  for (const [guard, description] of descriptions) z.globalRegistry.add(guard, { description });
}
