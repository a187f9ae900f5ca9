/**
 * The project's name in AWS: it begins every stack's name, names the metrics' namespace, and in lower case it begins the
 * uploads bucket's name and every SSM parameter. A fork is renamed here and nowhere else. Letters and digits.
 */
export const PROJECT = 'Fanout'
