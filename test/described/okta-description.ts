import { type Description, readDescription } from './openapi.js';

/** A place where Okta's description contradicts Okta's documentation, which the simulator follows. */
interface Correction {
  readonly what: string;
  readonly source: string;
  readonly schema: string;
  readonly change: (schema: Record<string, unknown>) => Record<string, unknown>;
}

const withProperty =
  (name: string, schema: object) =>
  ({ properties = {}, ...rest }: Record<string, unknown>): Record<string, unknown> => ({
    ...rest,
    properties: { ...(properties as object), [name]: schema },
  });

export const corrections: readonly Correction[] = [
  {
    what: 'only Persona has an inquiry template',
    source:
      'the same document: the property "applies to the IDV_PERSONA IdP type", and CreateCustomIDVRequest has none',
    schema: 'IdentityProviderProperties',
    change: ({ required: _, ...rest }) => rest,
  },
  {
    what: 'a custom IDV vendor has an issuer',
    source: 'CreateCustomIDVRequest of the same document; the guide add-id-verification-idp asks for issuer.url',
    schema: 'ProtocolIdVerification',
    change: withProperty('issuer', { $ref: '#/components/schemas/OidcIssuer' }),
  },
  {
    what: 'an IdP authenticator names its identity provider',
    source:
      'okta/terraform-provider-okta, issues 1375 and 1633: without `provider` the API answers that it cannot be blank',
    schema: 'AuthenticatorKeyExternalIdp',
    change: ({ allOf }) => ({
      allOf: [
        ...(allOf as object[]),
        {
          type: 'object',
          properties: {
            provider: {
              type: 'object',
              properties: {
                type: { type: 'string', enum: ['CLAIMS'] },
                configuration: { type: 'object', properties: { idpId: { type: 'string' } }, required: ['idpId'] },
              },
              required: ['type', 'configuration'],
            },
          },
          required: ['provider'],
        },
      ],
    }),
  },
  {
    what: 'the identity provider of a session has an id',
    source: 'TokenPayLoadExample of the same document',
    schema: 'SessionIdentityProvider',
    change: withProperty('id', { type: 'string' }),
  },
  {
    what: 'all enrolments of a user are a list',
    source: 'AuthenticatorEnrollmentResponseListAll of the same document, the example of this answer',
    schema: 'AuthenticatorEnrollment',
    change: (schema) => ({ oneOf: [schema, { type: 'array', items: schema }] }),
  },
  {
    what: 'a registration hook answers with `error`, in small letters',
    source: 'the text of that very property, and ProfileEnrollmentResponseDeny of the same document',
    schema: 'RegistrationResponse',
    change: ({ properties, ...rest }) => {
      const { Error: error, ...others } = properties as Record<string, unknown>;
      return { ...rest, properties: { ...others, error } };
    },
  },
];

export function readOktaDescription(file: string): Description {
  const { components, ...rest } = readDescription(file);
  const schemas = { ...components.schemas };
  for (const { schema, change } of corrections) {
    const found = schemas[schema];
    if (found === undefined) throw new Error(`a correction of what is not there: ${schema}`);
    schemas[schema] = change({ ...found });
  }
  return { ...rest, components: { ...components, schemas } };
}
