/** The tenant that serves every connection; any other serves only the connection of its name. */
export const standardTenant = 'default';
