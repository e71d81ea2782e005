{ count = 98; kibibytes = 11 * 1024; }
