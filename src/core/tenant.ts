/**
 * Tenant whose API clients may use every connection. Clients of another tenant may use the connection of the same name.
 */
export const standardTenant = 'default';
