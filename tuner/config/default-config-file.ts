/** Read from the working folder where no --config names another. */
export const defaultConfigFile = 'tune.yaml';
