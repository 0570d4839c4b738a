/**
 * Settings of known servers. Each variant refuses what its server is not known to accept.
 * - strict: paths only
 * - keycloak, from 26.7: any URN, by the annotation `kc.scim.schema.attribute`; access tokens of a few minutes
 * - wso2, from 7.1: one extension for all custom attributes, requested with a dot (wso2/product-is#11092); e-mail
 * addresses as texts (#26577); schemas without a list response (#21742); over LDAP, the page's length as `totalResults`
 * (wso2/docs-is#1495)
 * - gravitee: as in its source (`scim/model/Operation.java`)
 * - withoutPaths: changes without a path only
 */
export const variants = {
  strict: {
    takesUrnPaths: true,
    takesPathlessChanges: false,
    servesSchemas: true,
    schema: 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User',
  },
  keycloak: {
    takesUrnPaths: true,
    takesPathlessChanges: true,
    servesSchemas: true,
    schema: 'urn:example:face:2.0:User',
  },
  wso2: {
    takesUrnPaths: true,
    takesPathlessChanges: true,
    servesSchemas: true,
    tellsPlainSchemas: true,
    readsDottedExtensions: true,
    tellsPlainEmails: true,
    countsPageAlone: true,
    schema: 'urn:scim:schemas:extension:custom:User',
  },
  gravitee: {
    takesUrnPaths: true,
    takesPathlessChanges: true,
    servesSchemas: false,
    splitsPathsAtDots: true,
    schema: 'urn:ietf:params:scim:schemas:extension:custom:2.0:User',
  },
  withoutPaths: {
    takesUrnPaths: false,
    takesPathlessChanges: true,
    servesSchemas: true,
    schema: 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User',
  },
} as const;
