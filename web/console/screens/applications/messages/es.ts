import type { ApplicationsWords } from './applications-words.js';

export const es: ApplicationsWords = {
  heading: 'Aplicaciones',
  none: 'No hay ninguna aplicación registrada.',
  all: 'Todas las aplicaciones',
  register: 'Registrar una aplicación',
  since: 'Desde',
  columns: {
    name: 'Nombre',
    contact: 'Contacto',
    scopes: 'Permisos',
    perMinute: 'Solicitudes por minuto',
    perDay: 'Solicitudes por día',
  },
  terms: {
    contactHint: 'A quién preguntar.',
    tenant: 'Inquilino',
    tenantHint:
      'Para siempre: los registros están ligados a él. El identificador de una conexión sirve solo para esa conexión.',
    change: 'Cambiar',
    changeHint: 'Vale también para las claves emitidas, desde la próxima solicitud.',
    save: 'Guardar',
  },
  remove: {
    label: 'Quitar esta aplicación',
    title: (name) => `¿Quitar ${name}?`,
    text: 'Sus claves terminan con ella, también para las solicitudes en curso.',
  },
  keys: {
    heading: 'Claves',
    none: 'Aún no tiene ninguna clave.',
    id: 'Clave',
    scopes: 'Permisos',
    expires: 'Termina',
    lastUsed: 'Último uso',
    never: 'Nunca',
    actions: 'Acciones',
    revoke: 'Revocar',
    revokeTitle: (id) => `¿Revocar ${id}?`,
    revokeText: 'Enseguida: una solicitud en curso con ella se rechaza.',
    days: 'Días hasta el fin de la clave',
    issue: 'Emitir una clave',
    issued: 'Clave nueva',
    once: 'Solo se muestra esta vez. Guárdela donde el programa lee sus secretos.',
  },
  usage: {
    heading: 'Uso',
    title: 'Solicitudes por día, últimos 30 días',
    requests: 'Solicitudes',
    refused: 'Rechazadas',
  },
};
