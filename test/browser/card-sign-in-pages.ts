import { renderQuestion } from '../../examples/card-sign-in/pages.js';
import { renderAsked } from '../../examples/wallet/pages.js';

const linkTo = (id: string): string => {
  const clientId = 'x509_hash:uS3zk3mUF2oYbcN0gXwQ8y1d2sJ7kKpVh5rT4eLq9aM';
  const query = { client_id: clientId, request_uri: `https://portal.example.com/requests/${id}` };
  return `openid4vp://?${new URLSearchParams(query)}`;
};

export const renderPortal = (): string =>
  renderQuestion({
    elsewhere: linkTo('a-request-that-nobody-can-answer'),
    here: linkTo('another-that-nobody-can-answer-at'),
  });

export const renderWalletAsked = (): string => {
  const vct = 'https://face.example.com/types/staff-card';
  const claims = new Map([
    ['sub', '00u1ab2cd3EF4gh5ij6k'],
    ['given_name', 'Ada'],
    ['family_name', 'Example'],
  ]);
  const held = {
    credential: '',
    issuer: 'https://face.example.com/oidc/people',
    vct,
    expiresAt: 1_800_000_000,
    claims,
  };
  const choices = [['sub', 'given_name'], ['sub']];
  const asked = { sender: 'Example Staff Portal', host: 'portal.example.com', isFor: () => true, choices };
  return renderAsked('asked', asked, [held]);
};
