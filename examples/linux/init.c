/* The only program of the initial file system: a shell with a few commands, without a C library. */
#define BUFFER 512

static char line[BUFFER];
static char content[BUFFER];

static void say(const char* text) {
  write(1, text, strlen(text));
}

static int begins(const char* text, const char* word) {
  return memcmp(text, word, strlen(word)) == 0;
}

static void show(const char* path) {
  int file = open(path, O_RDONLY, 0);
  ssize_t count;
  if (file < 0) {
    say("cannot be opened\n");
    return;
  }
  while ((count = read(file, content, sizeof content)) > 0) {
    write(1, content, count);
  }
  close(file);
}

int main(void) {
  mount("none", "/proc", "proc", 0, 0);
  say("\nA shell: echo TEXT, cat FILE, poweroff\n");
  for (;;) {
    ssize_t count;
    say("$ ");
    count = read(0, line, sizeof line - 1);
    if (count <= 0) {
      continue;
    }
    line[count] = 0;
    if (line[count - 1] == '\n') {
      line[count - 1] = 0;
    }
    if (begins(line, "echo ")) {
      say(line + 5);
      say("\n");
    } else if (begins(line, "cat ")) {
      show(line + 4);
    } else if (begins(line, "poweroff")) {
      reboot(LINUX_REBOOT_CMD_POWER_OFF);
    } else if (line[0] != 0) {
      say("no such command\n");
    }
  }
}
