import { type ConnectionGuide, optionalField, providerSecret, requiredField } from '../../src/connections/guide.js';

/** @see README.md, “Set-up” */
export const ldapGuide: ConnectionGuide = {
  name: 'Active Directory or OpenLDAP',
  preparation: [
    'Define the attribute for the enrolment token: the setup of the connection prints the definition',
    'Create a service account that can read users and groups and change this one attribute only',
    'For StartTLS, certificates of your own or another filter, write the connection into the file by hand',
  ],
  fields: [
    requiredField('ldap.directory', 'Kind of the directory: active_directory or openldap', 'active_directory'),
    requiredField('ldap.urls', 'Addresses of servers that accept changes', 'ldaps://dc1.example.com', 'list'),
    requiredField('ldap.baseDn', 'Distinguished name below which users and groups are', 'dc=example,dc=com'),
    requiredField(
      'ldap.bindDn',
      'Distinguished name of the service account',
      'cn=facestep,ou=services,dc=example,dc=com',
    ),
    optionalField('ldap.attribute', 'Attribute that holds the enrolment token', 'facestepToken'),
    optionalField('ldap.objectClass', 'OpenLDAP: auxiliary class that allows the attribute', 'facestepPerson'),
  ],
  secrets: [providerSecret('ldap.password', 'The password of the service account')],
  fixed: {},
};
